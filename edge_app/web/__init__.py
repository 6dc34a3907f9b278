"""The page that shows the live picture in a browser; `edge_app.sinks.web.WebSink` starts it."""

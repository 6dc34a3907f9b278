"""The page that shows the live picture in a browser; `edge_app.web.sink.WebSink` starts it."""

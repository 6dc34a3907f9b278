"""The page with the live picture for a browser; `edge_app.web.sink.WebSink` starts it."""

# The application server of this service.
bind = "unix:/run/gunicorn/app.sock"
workers = 4
worker_class = "sync"
timeout = 30
graceful_timeout = 30
accesslog = None
errorlog = "-"

# A host differs from this by GUNICORN_CMD_ARGS in /etc/default/checkout.
bind = "unix:/run/checkout/app.sock"
workers = 3
timeout = 30
graceful_timeout = 10

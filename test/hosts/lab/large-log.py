#!/usr/bin/env python3
"""large-log.py PATH BYTES END_EPOCH DAYS [EPOCH:COUNT...]: an access log of that size over those days, in format `timed`.

Requests are spread evenly; at each EPOCH, COUNT more requests end with 502. Prints the requests per second.
"""
import sys
import time

path, size, end, days = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
planted = {int(at): int(count) for at, count in (given.split(":") for given in sys.argv[5:])}

LINE = (
    '10.20.%d.%d - - [@STAMP@] "GET /catalogue/items/%d?page=%d HTTP/1.1" 200 %d "https://shop.example/catalogue" '
    '"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101" rt=0.0%d urt="0.0%d" us="200" '
    'ua="unix:/run/checkout/app.sock" id=%032x msec=@EPOCH@.%03d\n'
)
FAILED = (
    '10.20.0.%d - - [@STAMP@] "GET /basket/%d HTTP/1.1" 502 157 "-" "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101" '
    'rt=0.012 urt="0.012" us="502" ua="unix:/run/checkout/app.sock" id=%032x msec=@EPOCH@.%03d\n'
)


def line(i):
    return LINE % (i % 250, i % 7, i * 7919 % 100000, i % 40, 900 + i * 131 % 9000, 10 + i % 89, 10 + i % 89, i << 64, i * 37 % 1000)


seconds = days * 86400
per_second = max(1, round(size / seconds / len(line(12345))))
blocks = ["".join(line(second * per_second + i) for i in range(per_second)) for second in range(60)]
with open(path, "w", buffering=1 << 20) as log:
    for second in range(end - seconds + 1, end + 1):
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))
        text = blocks[second % 60]
        text += "".join(FAILED % (i % 250, i, i, i % 1000) for i in range(planted.get(second, 0)))
        log.write(text.replace("@STAMP@", stamp).replace("@EPOCH@", str(second)))
print(per_second)

# Where a window of time stands in a log and its rotated files, found without reading what lies around it.
#
# A plain file is searched by offset: the awk below guesses a place from the stamps seen so far, reads 8 KB
# there and narrows down. Files whose whole time lies outside the window are not opened at all: a file holds
# what was written after the next older one was last changed, up to its own last change.

# Lines may stand up to this many seconds out of order (access logs are written when a request ends, and
# `buffer=` delays them); the cut is that much wider, the exact filter comes after it.
log_slack=120

# The stamps of NGINX's logs. `stamp(line)` answers epoch seconds, or for the error log, which prints the
# local time without a zone, the local time counted as if it were UTC; -1 for a line without a stamp.
# kind: 1 error log, 2 $time_local, 3 $time_iso8601, 4 $msec, 0 not known yet.
log_stamp_awk='
BEGIN {
  # mawk prints numbers from 2^31 on in exponent form without this.
  CONVFMT = OFMT = "%.0f"
  for (i = 1; i <= 12; i++) month_of[substr("JanFebMarAprMayJunJulAugSepOctNovDec", 3 * i - 2, 3)] = i
  # The window in the terms of the stamps. Where the zone changes near it, an hour of stamps is repeated:
  # then everything that may belong to the window does, and the cut is wider by that hour.
  z_from = zone_seconds(zone_from); z_to = zone_seconds(zone_to)
  low = from + (z_from < z_to ? z_from : z_to); high = to + (z_from > z_to ? z_from : z_to)
  shift = high - to; slack += high - low - (to - from)
}
function days(y, m, d) {
  if (m < 3) { y--; m += 12 }
  return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + d - 719469
}
function civil(s,   z, e, a, y, p, m) {
  z = int(s / 86400) + 719468; e = int(z / 146097); a = z - e * 146097
  y = int((a - int(a / 1460) + int(a / 36524) - int(a / 146096)) / 365)
  p = a - (365 * y + int(y / 4) - int(y / 100)); m = int((5 * p + 2) / 153)
  a = p - int((153 * m + 2) / 5) + 1; m = m < 10 ? m + 3 : m - 9
  s -= int(s / 86400) * 86400
  return sprintf("%04d-%02d-%02d %02d:%02d:%02d", y + e * 400 + (m < 3), m, a, int(s / 3600), int(s % 3600 / 60), s % 60)
}
function zone_seconds(z,   n) {
  if (z !~ /^[-+][0-9][0-9]:?[0-9][0-9]$/) return 0
  n = substr(z, 2, 2) * 3600 + substr(z, length(z) - 1) * 60
  return substr(z, 1, 1) == "-" ? -n : n
}
# The text of the stamp in a line: the key under which its time is remembered.
function stamp_text(line) {
  if (kind == 2) {
    if (match(line, /[0-3][0-9]\/[A-Z][a-z][a-z]\/[12][0-9][0-9][0-9]:[0-2][0-9]:[0-5][0-9]:[0-6][0-9] [-+][0-9][0-9][0-9][0-9]/))
      return substr(line, RSTART, RLENGTH)
  } else if (kind == 1) {
    if (line ~ /^[12][0-9][0-9][0-9]\/[01][0-9]\/[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9]/) return substr(line, 1, 19)
  } else if (kind == 3) {
    if (match(line, /[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](Z|[-+][0-9][0-9]:?[0-9][0-9])/))
      return substr(line, RSTART, RLENGTH)
  } else if (kind == 4) {
    # A longer run of digits (an id, a byte count) is no stamp.
    if (match(line, /(^|[^0-9.])[12][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]\.[0-9][0-9][0-9]/)) {
      line = substr(line, RSTART, RLENGTH)
      return substr(line, length(line) - 13)
    }
  }
  return ""
}
function stamp_time(k,   m) {
  if (kind == 2) {
    m = month_of[substr(k, 4, 3)]
    if (!m) return -1
    return days(substr(k, 8, 4) + 0, m, substr(k, 1, 2)) * 86400 + substr(k, 13, 2) * 3600 + substr(k, 16, 2) * 60 + substr(k, 19, 2) - zone_seconds(substr(k, 22))
  }
  if (kind == 4) return int(k)
  return days(substr(k, 1, 4) + 0, substr(k, 6, 2) + 0, substr(k, 9, 2)) * 86400 + substr(k, 12, 2) * 3600 + substr(k, 15, 2) * 60 + substr(k, 18, 2) - zone_seconds(substr(k, 20))
}
# Access logs come in many formats: the first stamp that a line shows settles the kind.
function stamp(line,   k, was) {
  k = kind ? stamp_text(line) : ""
  if (k == "" && !error_log) {
    was = kind
    for (kind = 2; kind <= 4 && k == ""; kind++) k = stamp_text(line)
    kind = k == "" ? was : kind - 1
  }
  return k == "" ? -1 : stamp_time(k)
}
'

# `local`: stamps are of a zone that only `date` knows.
# Reads "MTIME SIZE DEVICE:INODE PATH" of the log (first) and its rotated files. Says what to read, oldest first:
#   "read TYPE BLOCK SIZE MTIME EXPECTED PATH" (BLOCK: first block of 4 KB; EXPECTED: stamp of its first
#   line, -1 where not known), and before that "oldest STAMP" and "newest STAMP" of what is on disk. With `leads`,
#   "lead TEXT" behind it: an expression for a line that stands some 16 KB behind BLOCK and in front of the window.
log_search_awk='
function quoted(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
# First stamp of a file, from its first 64 KB: nothing is forked for it.
function first_stamp(f,   line, s, n, bytes) {
  s = -1
  while (s < 0 && bytes < 65536 && (getline line < f) > 0) { s = stamp(line); bytes += length(line) + 1 }
  close(f)
  return s
}
function last_stamp(f,   c, line, s, found) {
  found = -1
  c = "exec tail -c 8192 " quoted(f) " 2>/dev/null"
  if ((c | getline line) > 0) while ((c | getline line) > 0) { s = stamp(line); if (s >= 0) found = s }
  close(c)
  return found
}
# `last_whole` is the last line there that is surely whole.
function probe(f, block, blocks,   c, line, s, cut) {
  c = "exec dd if=" quoted(f) " bs=4096 skip=" block " count=" blocks " 2>/dev/null"
  s = -1; last_whole = cut = ""
  # The first line is the end of a line that began in the block before.
  if ((c | getline line) > 0) while (s < 0 && (c | getline line) > 0) s = stamp(line)
  if (leads) while ((c | getline line) > 0) { last_whole = cut; cut = line }
  close(c)
  return s
}
# A block of 4 KB that begins before every line of the window, and not far before it.
function search(f, size, first, last, target) {
  a = 0; at = first; b = size; bt = last; misses = 0; at_known = first >= 0; lead = ""
  if (first < 0) at = target - 604800
  else if (first >= target) return 0
  if (bt <= target) bt = target + 1
  # Most windows end now: the last 4 MB tell how fast the log grows at present.
  if (size > 8388608 && last - target < (last - at) / 4 && look(f, size - 4194304, target) >= target && bt < last)
    look(f, b - (bt - target) * (size - b) / (last - bt) * 1.05 - 262144, target)
  for (n = 1; n <= 40 && misses < 3; n++) {
    share = (target - at) / (bt - at)
    # Reading 1 MB for nothing costs about as much as one more look.
    if (b - a <= 1048576 || share * (b - a) < 1048576 && at_known) break
    # Guesses fail where traffic was uneven: every third step halves.
    look(f, n % 3 == 0 || !at_known ? (a + b) / 2 : a + share * (b - a) - 393216, target)
  }
  return int(a / 4096)
}
# Narrows a..b (offsets whose stamps at..bt lie before and behind the target) by what stands at p.
function look(f, p, target,   s, t) {
  if (p <= a + 4096) p = a + (b - a) / 8
  if (p >= b - 8192) p = b - (b - a) / 8
  p = int(p / 4096)
  s = probe(f, p, leads ? 5 : 2)
  if (s < 0) s = probe(f, p, 32)
  if (s < 0) { misses++; b = p * 4096 }
  else if (s < target) {
    a = p * 4096; at = s; at_known = 1
    t = stamp(last_whole); lead = ""
    if (t >= 0 && t < target) { lead = substr(last_whole, 1, 120); gsub(/[^A-Za-z0-9]/, ".", lead) }
  }
  else { b = p * 4096; bt = s }
  return s
}
{
  t = $1; z = $2; i = $3; sub(/^[^ ]+ [^ ]+ [^ ]+ /, "")
  # One file under two names: the log may be a link to the newest dated file.
  if (i in known) next
  known[i] = 1
  n++; path[n] = $0; size[n] = z; mtime[n] = t
  type[n] = $0 ~ /\.gz$/ ? "gzip" : $0 ~ /\.bz2$/ ? "bzip2" : $0 ~ /\.xz$/ ? "xz" : $0 ~ /\.zst$/ ? "zstd" : "plain"
}
END {
  kind = error_log ? 1 : 0
  # Newest first. The log itself stays in front even when an old file was written after the rotation.
  live = n && path[1] == ENVIRON["STAUNCH_LOG"] ? 2 : 1
  for (i = live + 1; i <= n; i++)
    for (j = i; j > live && mtime[j] > mtime[j - 1]; j--) {
      x = path[j]; path[j] = path[j - 1]; path[j - 1] = x
      x = size[j]; size[j] = size[j - 1]; size[j - 1] = x
      x = mtime[j]; mtime[j] = mtime[j - 1]; mtime[j - 1] = x
      x = type[j]; type[j] = type[j - 1]; type[j - 1] = x
    }
  # Empty files bound nothing.
  for (i = m = 0; i < n;) if (size[++i] > 0) { m++; path[m] = path[i]; size[m] = size[i]; mtime[m] = mtime[i]; type[m] = type[i] }
  for (i = 1; i <= m; i++) chosen[i] = mtime[i] >= from - slack && (i == m || mtime[i + 1] <= to + slack)
  if (!m) exit
  # Of a compressed file that is not read only its last change is known.
  s = type[m] == "plain" ? first_stamp(path[m]) : -1
  print "oldest " (s >= 0 ? (local ? civil(s) : "@" s) : (chosen[m] && type[m] != "plain" ? "streamed " : "@") mtime[m])
  oldest_first = s
  s = chosen[1] && high + slack >= mtime[1] + shift ? -2 : type[1] == "plain" ? last_stamp(path[1]) : -1
  print "newest " (s == -2 ? "streamed " mtime[1] : s >= 0 ? (local ? civil(s) : "@" s) : "@" mtime[1])
  for (i = m; i >= 1; i--) {
    if (!chosen[i]) continue
    block = 0; s = -1
    if (type[i] == "plain") {
      s = i == m ? oldest_first : first_stamp(path[i])
      # Only the oldest file can begin before the window.
      if (size[i] > 1048576 && !begun) block = search(path[i], size[i], s, mtime[i] + shift, low - slack)
    }
    # Neither its beginning nor its end shows a stamp: it is not known what it is.
    if (type[i] == "plain" && s < 0 && !begun && last_stamp(path[i]) < 0) { print "unread", path[i]; continue }
    begun = 1
    print "read", type[i], block, size[i], mtime[i], s, path[i]
    if (block && lead != "") print "lead", lead
  }
}
'

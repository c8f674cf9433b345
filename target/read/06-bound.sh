# The most that one answer may hold. Of more, the first 60 % and the last 40 % are sent: an incident is told
# by how it began and how it ended. "#staunch left-out N" stands where the gap is.

# Needs the variable `bound` (bytes). emit() in place of print, emit_rest() at the end.
bounded_awk='
# The first part goes out at once, the rest waits in a queue from which the oldest line drops out.
function emit(text,   n) {
  n = length(text) + 1
  if (!queued && sent + n <= bound * 0.6) { sent += n; print text; return }
  queued = 1
  queue[++tail] = text; waiting += n
  while (waiting > bound * 0.4) {
    text = queue[++head]; delete queue[head]; waiting -= length(text) + 1
    if (substr(text, 1, 14) == "#staunch file ") print text; else left_out++
  }
}
function emit_rest() {
  if (left_out) print "#staunch left-out " left_out
  while (head < tail) print queue[++head]
}
'

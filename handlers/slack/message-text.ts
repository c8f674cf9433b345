const LONGEST = 12_000;
const DEEPEST = 8;
/** Fields of messages, attachments and blocks that carry words; everything else is ids and layout. */
const WORDS = new Set(['text', 'fallback', 'title', 'pretext', 'value', 'author_name', 'footer']);

/** All that a message says: its text, and what alert senders put into attachments and blocks. */
export function messageText(message: unknown): string {
  const pieces: string[] = [];
  let length = 0;
  const collect = (value: unknown, depth: number): void => {
    if (length > LONGEST || depth > DEEPEST || value === null || typeof value !== 'object') return;
    for (const [name, item] of Object.entries(value)) {
      if (typeof item === 'string' && WORDS.has(name)) {
        pieces.push(item);
        length += item.length;
      } else collect(item, depth + 1);
    }
  };
  collect(message, 0);
  return [...new Set(pieces)].join('\n').slice(0, LONGEST);
}

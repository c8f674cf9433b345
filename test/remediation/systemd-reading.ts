/**
 * Reads unit files by the rules of systemd.syntax(7), systemd.service(5) and systemd.exec(5), written from the manual
 * and apart from what writes them: words of `ExecStart=` as the program gets them, assignments of `Environment=`.
 */
export function readUnitLines(text: string): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let section = '';
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const bare = line.trim();
    if (bare === '' || /^[#;]/.test(bare)) continue;
    if (bare.startsWith('[')) {
      section = bare;
      continue;
    }
    const equals = bare.indexOf('=');
    if (section !== '[Service]' || equals < 0) continue;
    const name = bare.slice(0, equals).trimEnd();
    const value = bare.slice(equals + 1).trim();
    if (name === 'ExecStart') {
      if (value !== '' && (found.get(name) ?? []).length > 0)
        throw new Error(
          'Service has more than one ExecStart= setting, which is only allowed for Type=oneshot',
        );
      found.set(name, value === '' ? [] : systemdWords(value).map(word => word.replaceAll('$$', '$')));
    } else if (name === 'Environment') {
      const kept = new Map(found.get(name)?.map(one => [one.split('=', 1)[0], one]));
      for (const word of systemdWords(value)) kept.set(word.split('=', 1)[0], word);
      found.set(name, value === '' ? [] : [...kept.values()]);
    } else found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
};

/** Words with quotes and C escapes undone and `%%` made single; any other specifier is an error here. */
export function systemdWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (sign === '\\') {
      const hex = /^x([0-9a-f]{2})/.exec(text.slice(at + 1))?.[1];
      if (hex !== undefined) {
        word = (word ?? '') + String.fromCharCode(Number.parseInt(hex, 16));
        at += 3;
      } else {
        const known = ESCAPES[text[at + 1] ?? ''];
        if (known === undefined) throw new Error(`unknown escape \\${text[at + 1]}`);
        word = (word ?? '') + known;
        at++;
      }
    } else if (quote === '' && /\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === '' && (sign === '"' || sign === "'")) {
      quote = sign;
      word ??= '';
    } else if (sign === quote) quote = '';
    else word = (word ?? '') + sign;
  }
  if (quote !== '') throw new Error('a quote is left open');
  if (word !== undefined) words.push(word);
  return words.map(one => {
    if (/%(?!%)/.test(one.replaceAll('%%', ''))) throw new Error(`a specifier in ${one}`);
    return one.replaceAll('%%', '%');
  });
}

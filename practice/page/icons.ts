import { type Drawn, draw } from './drawing.ts';

/** Strokes on a field of 16 by 16. */
const PATHS = {
  hash: 'M6 2.5 4.5 13.5M11.5 2.5 10 13.5M2.5 5.5h11M2.5 10.5h11',
  lock: 'M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  shared: 'M5 5.5a2 2 0 1 1 0 .1M8.5 11a2 2 0 1 1 0 .1M6.8 7 9 9.5M11 3.5h2v2',
  person: 'M8 8a2.5 2.5 0 1 0-.1 0M3 13.5c.5-3 2.500-4 5-4s4.500 1 5 4',
  house: 'M2.5 7.500 8 3l5.500 4.500M4 7v6.500h8V7',
  reply: 'M2.500 3h11v8H7.500L4.500 13.500V11h-2z',
  more: 'M8 3.500v.1M8 8v.1M8 12.500v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  send: 'M2.500 13.500 14 8 2.500 2.500 4.500 8zM4.500 8H9',
  down: 'M8 3v10M4 9l4 4 4-4',
  chevron: 'M4 6l4 4 4-4',
  contrast: 'M8 2.500a5.500 5.500 0 1 0 .1 0M8 2.500v11M10.500 4v8',
  slash: 'M10.500 2.500 5.500 13.500',
} as const;

/** Decoration: what it stands for is in the name of its button. */
export function drawIcon(name: keyof typeof PATHS): Drawn {
  return draw(
    'svg',
    { viewBox: '0 0 16 16', class: `icon icon-${name}`, 'aria-hidden': 'true', focusable: 'false' },
    draw('path', { d: PATHS[name] }),
  );
}

import { safeText } from './safe-text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an SVG: harmless, short and escaped. */
export function svgText(text: string, maxCharacters = 120): string {
  return safeText(text, maxCharacters).replace(/[&<>"']/g, sign => ENTITIES[sign] ?? sign);
}

/** A number of pixels with at most one decimal: shorter, and the same on every machine. */
export function pixels(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Estimated width of text in DejaVu Sans, generous by design: labels must not touch. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.62;
}

import { fileURLToPath } from 'node:url';

export type ChartImage =
  | {
      readonly ok: true;
      readonly png: Uint8Array;
      readonly widthPixels: number;
      readonly heightPixels: number;
    }
  | { readonly ok: false; readonly detail: string };

/** Twice the drawing's size: sharp on the screens that Slack is read on. */
const SCALE = 2;
const FONT_FAMILY = 'DejaVu Sans';
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'] as const;

/**
 * Renders a chart's SVG to PNG off the main thread, with the fonts that come with Staunch: a server may have
 * none, and the same drawing gives the same bytes everywhere. A chart that cannot be drawn is no reason to
 * fail a diagnosis, so the failure is a value.
 */
export async function chartImage(svg: string): Promise<ChartImage> {
  try {
    // Loaded here, so that a renderer that is not there for this machine costs the chart and not the diagnosis.
    const { renderAsync } = await import('@resvg/resvg-js');
    const image = await renderAsync(svg, {
      fitTo: { mode: 'zoom', value: SCALE },
      font: {
        loadSystemFonts: false,
        fontFiles: FONT_FILES.map(name => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`))),
        defaultFontFamily: FONT_FAMILY,
        sansSerifFamily: FONT_FAMILY,
      },
    });
    return { ok: true, png: image.asPng(), widthPixels: image.width, heightPixels: image.height };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      detail: `The chart could not be drawn (${reason}). Run "npm ci" to restore its fonts and renderer.`,
    };
  }
}

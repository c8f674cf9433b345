/** Colours of a chart. Each carries a meaning that is also written down or shaped. */
export interface ChartTheme {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly http502: string;
  readonly http504: string;
  readonly kill: string;
  readonly restart: string;
  readonly limit: string;
  readonly sum: string;
  readonly workers: readonly string[];
}

/** Contrast of all text is at least 4.5 to 1, of lines and bars at least 3 to 1. */
export const CHART_THEMES: Readonly<Record<'light' | 'dark', ChartTheme>> = {
  light: {
    background: '#ffffff',
    text: '#1d1c1d',
    faint: '#565a61',
    grid: '#e4e5e9',
    http502: '#d33a2c',
    http504: '#b7791f',
    kill: '#7b1fa2',
    restart: '#0b66b0',
    limit: '#b3261e',
    sum: '#6b6f76',
    workers: ['#0072b2', '#00805e', '#b85c00', '#9b4f96', '#4d6f00', '#1b7f9e', '#8a6d00', '#a83f5b'],
  },
  dark: {
    background: '#1a1d21',
    text: '#f2f3f5',
    faint: '#b4b8bf',
    grid: '#33373d',
    http502: '#ff6b5e',
    http504: '#f0b429',
    kill: '#d58bff',
    restart: '#5db3f5',
    limit: '#ff8a80',
    sum: '#9ba1aa',
    workers: ['#56b4e9', '#3ecf9b', '#ffa94d', '#e39ddd', '#b5d334', '#6fd3e8', '#e8cf4a', '#ff9db0'],
  },
};

/** What the drawings share. */

export interface Size {
  readonly width: number
  readonly height: number
}

/** Told apart by most eyes (Okabe and Ito), then lighter ones. */
export const COLOURS = [
  ...['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c8c00', '#6a51a3'],
  ...['#7fb8d8', '#f2cf80', '#7fcfb9', '#e5bcd3', '#a6762b', '#444444'],
] as const

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

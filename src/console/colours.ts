/** The colours of the console, light and dark; apart from the stylesheet, so that their contrast can be tested. */
export const COLOURS = {
  ground: { light: '#f5f6f8', dark: '#12151b' },
  surface: { light: '#ffffff', dark: '#1a1e26' },
  soft: { light: '#eef1f5', dark: '#232935' },
  text: { light: '#1b2230', dark: '#e6e9ef' },
  muted: { light: '#545d6e', dark: '#a7b0c0' },
  line: { light: '#dfe3ea', dark: '#2e3543' },
  edge: { light: '#858f9f', dark: '#727d90' },
  link: { light: '#1d55b0', dark: '#8ab4f8' },
  focus: { light: '#1d55b0', dark: '#8ab4f8' },
  red: { light: '#9c1f1f', dark: '#ffa8a0' },
  'red-soft': { light: '#fdeeee', dark: '#3a1d1f' },
  amber: { light: '#7a4b00', dark: '#f3c26b' },
  'amber-soft': { light: '#fff5de', dark: '#362a14' },
  green: { light: '#1d6138', dark: '#8fd6a8' },
  'green-soft': { light: '#eaf6ee', dark: '#16301f' },
} as const

import { colours } from './brand.ts'

/** The colours as custom properties, for either `color-scheme`: a style sheet. */
export function colourStyles(): string {
  const properties = Object.entries(colours).map(
    ([role, { light, dark }]) => `--${role}:light-dark(${light},${dark});`,
  )
  return `:root{${properties.join('')}}`
}

import type { Colour } from '../src/shapes.ts'

type Colours<Role extends string> = Record<Role, Colour>

/** What stands on what, by the names of the colours. */
export interface Pairs<Role extends string> {
  /** The contrast that WCAG 2.2 asks for: 4.5 for text (1.4.3), 3 for edges and the focus ring (1.4.11). */
  least: number
  on: { over: Role[]; under: Role[] }[]
}

/** The pairs that are too much alike, in words; in light and in dark. */
export function faults<Role extends string>(colours: Colours<Role>, { least, on }: Pairs<Role>): string[] {
  return on.flatMap(({ over, under }) =>
    over.flatMap((front) =>
      under.flatMap((back) =>
        (['light', 'dark'] as const).flatMap((scheme) => {
          const ratio = contrast(colours[front][scheme], colours[back][scheme])
          return ratio < least ? [`${front} on ${back}, ${scheme}: ${ratio.toFixed(2)} < ${least}`] : []
        }),
      ),
    ),
  )
}

/** From 1, the same, to 21, black on white. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** WCAG's relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) throw new Error(`${colour} is not written as #rrggbb`)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

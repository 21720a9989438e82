/** As `#rrggbb`. */
export interface Colour {
  light: `#${string}`
  dark: `#${string}`
}

export interface Links {
  help?: string
  privacy?: string
  imprint?: string
}

/** A square plate with paths on it, in a grid of `size` by `size`. */
export interface Logo {
  size: number
  /** How round the plate's corners are. Where a system cuts icons itself, they are square. */
  plateRadius: number
  /** SVG path data. `stroke` is the width of a line; without it the path is filled. */
  paths: { d: string; stroke?: number }[]
}

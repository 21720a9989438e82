import { Resvg } from '@resvg/resvg-js'
import { brand } from '../../../packages/brand/src/index.ts'

const { colours, logo, name } = brand

interface Shape {
  /** Width and height of the picture, in pixels. */
  width: number
  height: number
  /** The height of the logo's grid in it, in pixels. */
  logoSize: number
  /** What is behind the logo, from edge to edge; else it stands on its own plate. */
  background?: string
}

/** The mark of a browser's tab. */
export const favicon = (): string => svg({ width: logo.size, height: logo.size, logoSize: logo.size })

/** Every picture that is not SVG: file name → bytes. */
export function pictures(): Map<string, Buffer> {
  const accent = colours.accent.light
  const square = (size: number, logoSize = size) => ({
    width: size,
    height: size,
    logoSize,
    background: accent,
  })
  return new Map([
    ['favicon.ico', ico(png({ width: 32, height: 32, logoSize: 32 }))],
    ['icon-192.png', png({ width: 192, height: 192, logoSize: 192 })],
    ['icon-512.png', png({ width: 512, height: 512, logoSize: 512 })],
    // A system cuts these itself. Of a maskable icon it may leave a circle of four fifths (W3C, Web Application
    // Manifest).
    ['icon-maskable-512.png', png(square(512, 384))],
    ['apple-touch-icon.png', png(square(180))],
    ['social.png', png({ width: 1200, height: 630, logoSize: 320, background: colours.panel.light })],
  ])
}

function svg({ width, height, logoSize, background }: Shape): string {
  const scale = logoSize / logo.size
  const [x, y] = [(width - logoSize) / 2, (height - logoSize) / 2]
  const plate = background
    ? `<rect width="${width}" height="${height}" fill="${background}"/>`
    : `<rect width="${width}" height="${height}" rx="${logo.plateRadius * scale}" fill="${colours.accent.light}"/>`
  const paths = logo.paths.map(({ d, stroke }) =>
    stroke
      ? `<path d="${d}" fill="none" stroke="currentColor" stroke-width="${stroke}"/>`
      : `<path d="${d}" fill="currentColor"/>`,
  )
  const place = x || y || scale !== 1 ? ` transform="translate(${x} ${y}) scale(${scale})"` : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">
  <title>${escapeXml(name)}</title>
  ${plate}
  <g${place} color="${colours['on-accent'].light}" stroke-linecap="round" stroke-linejoin="round">
    ${paths.join('\n    ')}
  </g>
</svg>
`
}

const png = (shape: Shape): Buffer =>
  new Resvg(svg(shape), { fitTo: { mode: 'width', value: shape.width }, font: { loadSystemFonts: false } })
    .render()
    .asPng()

/** A PNG of 32 by 32 pixels as the one picture of an ICO file. */
function ico(picture: Buffer): Buffer {
  const header = Buffer.alloc(22)
  header.set([0, 0, 1, 0, 1, 0, 32, 32, 0, 0, 1, 0, 32, 0])
  header.writeUInt32LE(picture.length, 14)
  header.writeUInt32LE(header.length, 18)
  return Buffer.concat([header, picture])
}

const escapeXml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

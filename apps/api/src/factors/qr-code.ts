import { encode } from 'uqr'

/** The quiet zone that ISO/IEC 18004 asks for, in modules. */
const border = 4

/** Text as a picture to be photographed: an SVG, as an address for an `img`. */
export function qrCode(text: string): string {
  const { data, size } = encode(text, { ecc: 'M', border })
  const path = data.map(rowOf).join('')
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

/** The dark modules of a row, neighbours in one stroke. */
function rowOf(row: boolean[], y: number): string {
  const text = row.map((dark) => (dark ? '1' : '0')).join('')
  return [...text.matchAll(/1+/g)]
    .map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`)
    .join('')
}

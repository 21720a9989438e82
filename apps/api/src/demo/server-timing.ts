import type { Response } from 'express'

/** Says of a refresh what became of it, and how long that took (W3C Server Timing): `rotated;dur=2.8`. */
export function timeRefresh(res: Response, { rotated, tookMs }: { rotated: boolean; tookMs: number }): void {
  res.set('Server-Timing', `${rotated ? 'rotated' : 'answered'};dur=${tookMs.toFixed(1)}`)
}

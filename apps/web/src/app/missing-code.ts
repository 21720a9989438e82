import { connection } from './connection.ts'

/** Part of the page could not be downloaded. */
export class MissingCode extends Error {
  override readonly name = 'MissingCode'
  /** The server is there, and the file is not: a new version has taken the place of the one that is open. */
  readonly isReplaced: boolean

  constructor(isReplaced: boolean, cause: unknown) {
    super('Part of the page could not be downloaded.', { cause })
    this.isReplaced = isReplaced
  }
}

const pauseMs = 400
const reloadAgainMs = 60_000

/**
 * Downloads code, at the second try if need be. For a page (`mayReload`) whose file is gone, the browser goes to the
 * address that is open now, once, which brings the new version. Throws MissingCode.
 */
export async function downloaded<Module>(load: () => Promise<Module>, mayReload: boolean): Promise<Module> {
  try {
    return await load()
  } catch {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  try {
    return await load()
  } catch (cause) {
    const isReplaced = await connection.reaches()
    if (isReplaced && mayReload && reload()) return await new Promise<never>(() => undefined)
    if (!isReplaced) connection.heard(false)
    throw new MissingCode(isReplaced, cause)
  }
}

/**
 * False: it was reloaded a moment ago, and that did not help. The entry of the history remembers it: it outlives the
 * reload, and is there where storage is blocked.
 */
function reload(): boolean {
  const state: { reloadedAt?: unknown } | null = window.history.state
  const last = Number(state?.reloadedAt ?? 0)
  if (Math.abs(Date.now() - last) < reloadAgainMs) return false
  window.history.replaceState({ ...state, reloadedAt: Date.now() }, '')
  window.location.reload()
  return true
}

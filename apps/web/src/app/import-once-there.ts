/** What is there or on its way, by address. */
const downloads = new Map<string, Promise<void>>()

/**
 * Takes the place of what Vite calls around each `import()` (build/import-plugin.ts). For a browser, a module that could not
 * be downloaded once is missing until the page is reloaded, and so is all that needs it, be it imported or preloaded. What was
 * fetched can be fetched again. So a module is imported once all its `files` are there.
 */
export async function importOnceThere<Module>(
  load: () => Promise<Module>,
  files: readonly string[] = [],
): Promise<Module> {
  await Promise.all(files.map((file) => there(import.meta.env.BASE_URL + file)))
  return await load()
}

function there(address: string): Promise<void> {
  const known = downloads.get(address)
  if (known) return known
  // The page came with some.
  const came = document.querySelector(`script[src="${address}"]`) !== null
  const download = came ? Promise.resolve() : address.endsWith('.css') ? styled(address) : fetched(address)
  downloads.set(address, download)
  download.catch(() => downloads.delete(address))
  return download
}

/** Into the browser's cache: names have a hash, and what they name is kept for good. */
async function fetched(address: string): Promise<void> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${address} could not be downloaded: ${response.status}.`)
  await response.arrayBuffer()
}

/** One that failed is asked for again in its place: later ones go before earlier ones. */
async function styled(href: string): Promise<void> {
  const found = document.querySelector<HTMLLinkElement>(`link[href="${href}"]`)
  if (found?.sheet) return
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', crossOrigin: '', href })
  await new Promise((resolve, reject) => {
    link.onload = resolve
    link.onerror = () => reject(new Error(`${href} could not be downloaded.`))
    if (found) found.replaceWith(link)
    else document.head.append(link)
  })
}

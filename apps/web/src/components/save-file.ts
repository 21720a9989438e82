/** Makes the browser download a text as a file. */
export function saveFile(name: string, type: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // By then the download has a copy of its own.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

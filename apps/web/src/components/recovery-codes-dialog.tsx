import { slug } from '@latchkey/brand'
import { useState } from 'react'
import { words } from '../words/en/common-inside.ts'
import { Alert } from './alert.tsx'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import styles from './recovery-codes-dialog.module.css'
import { saveFile } from './save-file.ts'

interface RecoveryCodesDialogProps {
  codes: readonly string[]
  username: string
  onDone: () => void
}

/** The answer was lost that had them, and with it what they are. */
export function LostCodesDialog({ onDone }: Pick<RecoveryCodesDialogProps, 'onDone'>) {
  return (
    <Dialog title={words.twoStepIsOn} lead={words.codesLost}>
      <Button onClick={onDone}>{words.close}</Button>
    </Dialog>
  )
}

/** The only sight of new recovery codes. */
export function RecoveryCodesDialog({ codes, username, onDone }: RecoveryCodesDialogProps) {
  const text = `${words.codesOf(username)}\n\n${codes.join('\n')}\n`
  const [copying, setCopying] = useState<'copied' | 'refused' | null>(null)
  // Browsers have none where the page came over plain http.
  const clipboard: Clipboard | undefined = navigator.clipboard

  /** Where the browser forbids it, they can still be downloaded or printed. */
  function copy() {
    clipboard?.writeText(text).then(
      () => setCopying('copied'),
      () => setCopying('refused'),
    )
  }

  return (
    <Dialog title={words.saveCodes} lead={words.saveCodesWhy}>
      <div className={styles.sheet}>
        <p className={styles.paperOnly}>{words.codesOf(username)}</p>
        <ul className={styles.codes} aria-label={words.recoveryCodes}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
      </div>
      <Alert>{copying === 'refused' && <p>{words.notCopied}</p>}</Alert>
      <div className={styles.ways}>
        {clipboard && (
          <Button variant="secondary" onClick={copy}>
            {copying === 'copied' ? words.copied : words.copy}
          </Button>
        )}
        <Button
          variant="secondary"
          onClick={() => saveFile(`${slug}-recovery-codes-${username}.txt`, 'text/plain', text)}
        >
          {words.download}
        </Button>
        <Button variant="secondary" onClick={() => print()}>
          {words.print}
        </Button>
      </div>
      <Button onClick={onDone}>{words.haveSavedThem}</Button>
    </Dialog>
  )
}

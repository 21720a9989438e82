import { slug } from '@latchkey/brand'
import { useAction } from '@latchkey/react'
import { words } from '../words/en/common-inside.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import styles from './recovery-codes-dialog.module.css'
import { saveFile } from './save-file.ts'

interface RecoveryCodesDialogProps {
  codes: readonly string[]
  username: string
  onDone: () => void
}

/** The only sight of new recovery codes. */
export function RecoveryCodesDialog({ codes, username, onDone }: RecoveryCodesDialogProps) {
  const text = `${words.codesOf(username)}\n\n${codes.join('\n')}\n`
  const copy = useAction(() => navigator.clipboard.writeText(text))

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
      <div className={styles.ways}>
        <Button variant="secondary" onClick={copy.run}>
          {copy.successes > 0 ? words.copied : words.copy}
        </Button>
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

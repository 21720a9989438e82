import { brand, slug } from '@latchkey/brand'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import styles from './recovery-codes-dialog.module.css'
import { saveFile } from './save-file.ts'
import { useAction } from './use-action.ts'

interface RecoveryCodesDialogProps {
  codes: readonly string[]
  username: string
  onDone: () => void
}

/** The only sight of new recovery codes. */
export function RecoveryCodesDialog({ codes, username, onDone }: RecoveryCodesDialogProps) {
  const text = `${brand.name} recovery codes of ${username}\nEach works once.\n\n${codes.join('\n')}\n`
  const copy = useAction(() => navigator.clipboard.writeText(text))

  return (
    <Dialog
      title="Save your recovery codes"
      lead="If you lose your phone, each of these lets you in once. Keep them where only you can find them: this is the only time they are shown."
    >
      <div className={styles.sheet}>
        <p className={styles.paperOnly}>
          {brand.name} recovery codes of {username}. Each works once.
        </p>
        <ul className={styles.codes} aria-label="Recovery codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles.ways}>
        <Button variant="secondary" onClick={copy.run}>
          {copy.successes > 0 ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="secondary"
          onClick={() => saveFile(`${slug}-recovery-codes-${username}.txt`, 'text/plain', text)}
        >
          Download
        </Button>
        <Button variant="secondary" onClick={() => print()}>
          Print
        </Button>
      </div>
      <Button onClick={onDone}>I have saved them</Button>
    </Dialog>
  )
}

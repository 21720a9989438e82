import { useLayoutEffect, useRef, useState } from 'react'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { words } from '../../words/en/account.ts'
import { ChangePasswordForm } from './change-password-form.tsx'
import styles from './password-page.module.css'

export default function PasswordPage() {
  const [changes, setChanges] = useState(0)
  const result = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    if (changes > 0) result.current?.focus()
  }, [changes])

  return (
    <>
      <PageHeading title={words.changeYourPassword}>{words.aboutPassword}</PageHeading>
      <div className={styles.page}>
        <div ref={result} tabIndex={-1} className={styles.result}>
          <Note>{changes > 0 && words.passwordChanged}</Note>
        </div>
        <Card title={words.choosePassword}>
          {/* After each change a new form starts empty. */}
          <ChangePasswordForm key={changes} onChanged={() => setChanges((count) => count + 1)} />
        </Card>
      </div>
    </>
  )
}

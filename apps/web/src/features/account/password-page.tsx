import { useLayoutEffect, useRef, useState } from 'react'
import { Note } from '../../components/alert.tsx'
import { Card } from '../../components/card.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
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
      <PageHeading title="Change your password">
        You stay signed in here and are signed out everywhere else. Anyone who knew the old password is locked
        out within a second.
      </PageHeading>
      <div className={styles.page}>
        <div ref={result} tabIndex={-1} className={styles.result}>
          <Note>
            {changes > 0 && 'Your password has been changed. You have been signed out everywhere else.'}
          </Note>
        </div>
        <Card title="Choose a new password">
          {/* After each change a new form starts empty. */}
          <ChangePasswordForm key={changes} onChanged={() => setChanges((count) => count + 1)} />
        </Card>
      </div>
    </>
  )
}

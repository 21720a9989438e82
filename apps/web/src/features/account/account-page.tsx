import { ownFieldsIn } from '@latchkey/contracts'
import { Card } from '../../components/card.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { words } from '../../words/en/account.ts'
import styles from './account-page.module.css'
import { DeleteAccount } from './delete-account.tsx'
import { DownloadData } from './download-data.tsx'
import { EmailRow } from './email-row.tsx'
import { OwnFieldRow } from './own-field-row.tsx'
import { Passkeys } from './passkeys.tsx'
import { PasswordRow } from './password-row.tsx'
import { TwoStep } from './two-step.tsx'
import { useMe } from './use-me.ts'
import { UsernameRow } from './username-row.tsx'

export default function AccountPage() {
  const { user, pendingEmail, mailLanguage, show, showPending } = useMe()
  return (
    <>
      <PageHeading title={words.account}>{words.lead}</PageHeading>
      <div className={styles.page}>
        <Card title={words.profile}>
          <div className={styles.rows}>
            <UsernameRow user={user} onChanged={show} />
            <EmailRow
              user={user}
              pending={pendingEmail}
              onPending={showPending}
              mailLanguage={mailLanguage}
            />
            <PasswordRow user={user} />
            {Object.entries<string | number>(ownFieldsIn(user)).map(([name, value]) => (
              <OwnFieldRow key={name} name={name} value={value} onChanged={show} />
            ))}
          </div>
        </Card>
        <TwoStep />
        <Passkeys />
        <DownloadData username={user.username} />
        <DeleteAccount />
      </div>
    </>
  )
}

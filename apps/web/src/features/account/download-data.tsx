import { slug } from '@latchkey/brand'
import { routes } from '@latchkey/contracts'
import { useAction, useAuthClient } from '@latchkey/react'
import { Note } from '../../components/alert.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { FailureAlert } from '../../components/failure-alert.tsx'
import { saveFile } from '../../components/save-file.ts'
import { words } from '../../words/en/account.ts'
import styles from './account-page.module.css'

export function DownloadData({ username }: { username: string }) {
  const client = useAuthClient()
  const name = `${slug}-${username}.json`
  const download = useAction(async () => {
    const data = await client.call(routes.exportMe)
    saveFile(name, 'application/json', JSON.stringify(data, null, 2))
  })
  return (
    <Card title={words.yourData}>
      <div className={styles.part}>
        <p>{words.aboutData}</p>
        <FailureAlert failure={download.failure} />
        <Note>{download.successes > 0 && words.dataDownloaded(name)}</Note>
        <Button variant="secondary" isBusy={download.isBusy} onClick={download.run}>
          {download.isBusy ? words.preparingData : words.downloadData}
        </Button>
      </div>
    </Card>
  )
}

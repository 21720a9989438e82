import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { PlainPage } from '../../components/plain-page.tsx'
import { words } from '../../words/en/not-found.ts'

export default function NotFoundPage() {
  return (
    <PlainPage title={words.notFound}>
      <p>{words.nothingHere}</p>
      <p>
        <Link to={paths.home}>{words.goHome}</Link>
      </p>
    </PlainPage>
  )
}

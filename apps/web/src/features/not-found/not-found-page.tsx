import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { PlainPage } from '../../components/plain-page.tsx'

export default function NotFoundPage() {
  return (
    <PlainPage title="Page not found">
      <p>There is nothing at this address. It may have been mistyped, or the page has moved.</p>
      <p>
        <Link to={paths.home}>Go to the start</Link>
      </p>
    </PlainPage>
  )
}

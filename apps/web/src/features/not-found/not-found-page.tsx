import { Link } from 'react-router-dom'
import { paths } from '../../app/paths.ts'
import { PlainPage } from '../../components/plain-page.tsx'

export default function NotFoundPage() {
  return (
    <PlainPage title="Page not found">
      <p>There is nothing at this address. Check it for typing mistakes; the page may also have moved.</p>
      <p>
        <Link to={paths.home}>Go to the home page</Link>
      </p>
    </PlainPage>
  )
}

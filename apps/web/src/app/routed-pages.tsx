import { createPath, type Navigator, Route, Router, Routes, type To } from 'react-router-dom'
import { AnybodyAtAll, SignedInOnly } from './guards.tsx'
import { pageHistory } from './page-history.ts'
import { usePageLocation } from './page-location.ts'
import { pages } from './pages.ts'
import { paths } from './paths.ts'

const addressOf = (to: To) => (typeof to === 'string' ? to : createPath(to))

const navigator: Navigator = {
  createHref: addressOf,
  go: (delta) => window.history.go(delta),
  push: (to, state) => pageHistory.push(addressOf(to), state),
  replace: (to, state) => pageHistory.replace(addressOf(to), state),
}

/** Every page but those of the entrance. The router goes by the same history as they do. */
export default function RoutedPages() {
  return (
    <Router location={usePageLocation()} navigator={navigator}>
      <Routes>
        <Route element={<AnybodyAtAll />}>
          <Route path={paths.forgotPassword} element={<pages.forgotPassword.Page />} />
          <Route path={paths.resetPassword} element={<pages.resetPassword.Page />} />
          <Route path={paths.verifyEmail} element={<pages.verifyEmail.Page />} />
          <Route path={paths.confirmEmail} element={<pages.confirmEmail.Page />} />
          <Route path={paths.undoEmail} element={<pages.undoEmail.Page />} />
        </Route>
        <Route element={<SignedInOnly />}>
          <Route element={<pages.signedInArea.Page />}>
            <Route path={paths.dashboard} element={<pages.dashboard.Page />} />
            <Route path={paths.protocol} element={<pages.protocol.Page />} />
            <Route path={paths.sessions} element={<pages.sessions.Page />} />
            <Route path={paths.activity} element={<pages.activity.Page />} />
            <Route path={paths.account} element={<pages.account.Page />} />
            <Route path={paths.admin} element={<pages.admin.Page />} />
            <Route path={paths.adminUser} element={<pages.adminUser.Page />} />
            <Route path={paths.password} element={<pages.password.Page />} />
          </Route>
        </Route>
        <Route path="*" element={<pages.notFound.Page />} />
      </Routes>
    </Router>
  )
}

import type { AccessTokenView } from '@latchkey/auth-client'
import { Card } from '../../components/card.tsx'
import { ClaimList } from './claim-list.tsx'
import { TokenCountdown } from './token-countdown.tsx'

export function AccessTokenCard({ accessToken }: { accessToken: AccessTokenView }) {
  return (
    <Card title="Access token">
      <TokenCountdown accessToken={accessToken} />
      <ClaimList claims={accessToken.claims} />
    </Card>
  )
}

import { slug } from '@latchkey/brand'

/** As a username may be written. */
const ours = slug.normalize('NFKD').replace(/[^a-z0-9]/g, '')

/**
 * Names that would speak for whoever runs the service, or that mail and software know as theirs (RFC 2142). Any spelling
 * counts that looks the same: see username-policy.ts.
 */
export const reservedNames = [
  ...[
    'admin',
    'admins',
    'administrator',
    'administration',
    'adminteam',
    'superadmin',
    'sysadmin',
    'siteadmin',
  ],
  ...['root', 'superuser', 'sudo', 'system', 'operator', 'daemon', 'nobody', 'owner', 'staff', 'team'],
  ...['moderator', 'moderation', 'official', 'supervisor', 'service', 'services'],
  ...['support', 'supportteam', 'customersupport', 'customerservice', 'help', 'helpdesk', 'helpcenter'],
  ...[
    'contact',
    'feedback',
    'info',
    'press',
    'sales',
    'marketing',
    'billing',
    'payment',
    'payments',
    'invoice',
  ],
  ...['legal', 'privacy', 'compliance', 'trust', 'safety', 'security', 'securityteam', 'fraud', 'abuse'],
  ...[
    'postmaster',
    'hostmaster',
    'webmaster',
    'mailmaster',
    'mailerdaemon',
    'noreply',
    'donotreply',
    'bounce',
  ],
  ...['mail', 'email', 'notification', 'notifications', 'alert', 'alerts', 'newsletter', 'status'],
  ...['', 'team', 'support', 'admin', 'security'].map((role) => `${ours}${role}`),
  ...[
    'account',
    'accounts',
    'login',
    'logout',
    'signin',
    'signout',
    'signup',
    'register',
    'password',
    'verify',
  ],
  ...['verified', 'verification', 'everyone', 'anonymous', 'guest', 'unknown', 'undefined', 'null', 'me'],
  ...['localhost', 'localdomain', 'api', 'www', 'ftp', 'smtp', 'imap', 'dns', 'wpad', 'isatap', 'autoconfig'],
]

/**
 * Ends that make a mail program turn a name into a link, beside those of two letters, which are countries. Ends that are
 * surnames as well (`.page`, `.ford`, `.kim`) are left out: most people write first.last.
 */
export const webEndings = [
  ...['com', 'net', 'org', 'edu', 'gov', 'mil', 'int', 'info', 'biz', 'name', 'pro', 'mobi', 'asia', 'arpa'],
  ...['app', 'dev', 'web', 'site', 'website', 'online', 'store', 'shop', 'cloud', 'digital', 'email', 'mail'],
  ...[
    'xyz',
    'icu',
    'top',
    'club',
    'vip',
    'live',
    'life',
    'link',
    'click',
    'press',
    'news',
    'blog',
    'wiki',
    'zip',
  ],
  ...['mov', 'tech', 'space', 'world', 'today', 'global', 'group', 'company', 'agency', 'network', 'systems'],
  ...['solutions', 'services', 'support', 'help', 'center', 'zone', 'host', 'hosting', 'domains', 'download'],
  ...[
    'bank',
    'finance',
    'financial',
    'money',
    'cash',
    'loan',
    'loans',
    'credit',
    'insurance',
    'tax',
    'exchange',
  ],
  ...[
    'win',
    'bid',
    'review',
    'reviews',
    'trade',
    'party',
    'racing',
    'date',
    'men',
    'work',
    'works',
    'stream',
  ],
  ...['casino', 'bet', 'poker', 'games', 'game', 'fun', 'sale', 'deals', 'gift', 'gifts', 'claims', 'promo'],
  ...['social', 'chat', 'video', 'photo', 'photos', 'media', 'studio', 'design', 'art', 'tools', 'software'],
  ...['security', 'bot', 'cfd', 'sbs', 'rest', 'monster', 'quest', 'lol', 'ink', 'one', 'travel', 'jobs'],
  ...['example', 'test', 'invalid', 'localhost', 'local', 'internal', 'onion', 'lan', 'home', 'corp'],
]

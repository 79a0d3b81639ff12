/**
 * Kinds of JWT that are never access tokens, not even where the configuration names them (RFC 8725 §3.12, C12): each has
 * rules of its own, and a token for one place must not open another.
 */
export const OTHER_TOKEN_TYPES: ReadonlySet<string> = new Set([
  'dbsc+jwt',
  'dpop+jwt',
  'entity-statement+jwt',
  'kb+jwt',
  'logout+jwt',
  'oauth-authz-req+jwt',
  'oauth-client-attestation+jwt',
  'oauth-client-attestation-pop+jwt',
  'secevent+jwt',
  'statuslist+jwt',
  'token-introspection+jwt',
  'txntoken+jwt',
  'wit+jwt',
  'wpt+jwt',
])

/**
 * A distinguished name in one spelling, whoever wrote it: a certificate in DER, or an operator who copied what a tool
 * prints. Text as RFC 4514 has it; compared as RFC 5280 §7.1 wants it, without regard to case and to repeated white space.
 */

export interface NameAttribute {
  /** Dotted object identifier. */
  readonly type: string
  readonly value: AttributeValue
}

/** Text, or the DER of what is no text, as hex. */
export type AttributeValue = { readonly text: string } | { readonly derHex: string }

/** Relative distinguished names in the order of the certificate, or in the opposite one: both mean the same here. */
export type DistinguishedName = readonly (readonly NameAttribute[])[]

/** Names that tools print, ours first: RFC 4514 §3, OpenSSL, Go, Java, Windows. */
const TYPE_NAMES: Readonly<Record<string, readonly string[]>> = {
  '2.5.4.3': ['CN', 'commonName'],
  '2.5.4.4': ['SN', 'surname'],
  '2.5.4.5': ['serialNumber'],
  '2.5.4.6': ['C', 'countryName'],
  '2.5.4.7': ['L', 'localityName'],
  '2.5.4.8': ['ST', 'stateOrProvinceName', 'S'],
  '2.5.4.9': ['STREET', 'streetAddress'],
  '2.5.4.10': ['O', 'organizationName'],
  '2.5.4.11': ['OU', 'organizationalUnitName'],
  '2.5.4.12': ['title', 'T'],
  '2.5.4.13': ['description'],
  '2.5.4.15': ['businessCategory'],
  '2.5.4.17': ['postalCode'],
  '2.5.4.41': ['name'],
  '2.5.4.42': ['GN', 'givenName', 'G'],
  '2.5.4.43': ['initials'],
  '2.5.4.44': ['generationQualifier'],
  '2.5.4.46': ['dnQualifier'],
  '2.5.4.65': ['pseudonym'],
  '2.5.4.97': ['organizationIdentifier'],
  '0.9.2342.19200300.100.1.1': ['UID', 'userId'],
  '0.9.2342.19200300.100.1.25': ['DC', 'domainComponent'],
  '1.2.840.113549.1.9.1': ['emailAddress', 'E'],
  '1.2.840.113549.1.9.2': ['unstructuredName'],
  '1.3.6.1.4.1.311.60.2.1.1': ['jurisdictionL', 'jurisdictionLocalityName'],
  '1.3.6.1.4.1.311.60.2.1.2': ['jurisdictionST', 'jurisdictionStateOrProvinceName'],
  '1.3.6.1.4.1.311.60.2.1.3': ['jurisdictionC', 'jurisdictionCountryName'],
}

const OID_BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPE_NAMES).flatMap(([oid, names]) => names.map((name) => [name.toLowerCase(), oid] as const)),
)

/** The object identifier of an attribute that is named, in any case; undefined for a name that we do not know. */
export function typeNamed(name: string): string | undefined {
  return OID_BY_NAME.get(name.toLowerCase())
}

/**
 * The one spelling. OpenSSL prints a name in the order of the certificate, RFC 4514 and Go in the opposite one, and a text
 * does not say which it is: so both orders are one name, written in that which sorts first.
 */
export function nameText(name: DistinguishedName): string {
  const parts = name.map((attributes) => attributes.map(attributeText).sort().join('+'))
  const [first = ''] = [parts.join(','), parts.toReversed().join(',')].sort()
  return first
}

function attributeText({ type, value }: NameAttribute): string {
  const name = TYPE_NAMES[type]?.[0] ?? type
  return `${name}=${'text' in value ? escaped(folded(value.text)) : `#${value.derHex}`}`
}

/** Close to the string preparation of RFC 4518: folding it again changes nothing. */
function folded(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase().normalize('NFKC')
  return lower.replace(/\s+/gu, ' ').trim()
}

/** RFC 4514 §2.4; control characters as the octets of their UTF-8. */
function escaped(text: string): string {
  return text.replace(/^#|[,+"\\<>;]/gu, '\\$&').replace(/\p{Cc}/gu, (character) => {
    return Buffer.from(character).toString('hex').replace(/../g, '\\$&')
  })
}

/** The pages that are made from the code. */
import { parse } from 'yaml'
import { makePlans } from '../../src/config/plans.ts'
import { configSchema } from '../../src/config/schema.ts'
import type { GeneratedFile } from '../generated.ts'
import { configurationPage, EXAMPLE } from './configuration-page.ts'
import { reasonsPage } from './reasons-page.ts'

export function generatedPages(): readonly GeneratedFile[] {
  const [route] = makePlans(configSchema.parse(parse(EXAMPLE))).routes
  if (route === undefined) throw new Error('the example has no route')
  return [
    { path: 'docs/configuration.md', text: configurationPage() },
    {
      path: 'docs/reasons.md',
      text: reasonsPage({ ...route, require: { ...route.require, scopes: ['payments:write'] } }),
    },
  ]
}

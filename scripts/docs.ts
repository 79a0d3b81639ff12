/** `npm run docs [-- --check]`: the pages under docs/ that come from the code. */
import { generatedPages } from './docs/pages.ts'
import { writeOrCheck } from './generated.ts'

writeOrCheck(generatedPages(), 'npm run docs')

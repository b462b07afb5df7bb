// Loaded into the built drctl with "node --require": when it ends it writes the files it has loaded, one a line, into the
// file that DRCTL_TEST_LOADED names. The build is CommonJS, so the cache of require holds them all.
'use strict';
const { writeFileSync } = require('node:fs');

process.once('exit', () => {
  writeFileSync(process.env.DRCTL_TEST_LOADED, Object.keys(require.cache).join('\n'));
});

#!/usr/bin/env node
// The command that people type. Everything is in src/cli; this file only finds the build. CommonJS, which starts faster.
'use strict';
void require('../dist/chunks/drctl.cjs').runProcess();

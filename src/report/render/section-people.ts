// Who did what, and who said yes to what; the processes that worked on the run.

import type { RunReport } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { moment, sessionEnds, sessionKinds } from './words.ts';

export function peopleSection({ deeds, approvals, sessions }: RunReport): Markup {
  return markup`<table>
      <caption>
        Who did what
      </caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${deeds.map(
          ({ at, who, what, why }) =>
            markup`<tr>
              <td class="when">${moment(at)}</td>
              <th scope="row">${who}</th>
              <td>${what}</td>
              <td>${why}</td>
            </tr> `,
        )}
      </tbody>
    </table>
    ${
      approvals.length === 0
        ? markup`<p>No approval is in the journal.</p>`
        : markup`<table>
            <caption>
              Approvals
            </caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Of what</th>
                <th scope="col">How</th>
                <th scope="col">Digest</th>
              </tr>
            </thead>
            <tbody>
              ${approvals.map(
                ({ at, by, of, how, digest, reason }) =>
                  markup`<tr>
                    <td class="when">${moment(at)}</td>
                    <th scope="row">${by}</th>
                    <td>${of}${reason === undefined ? '' : `: ${reason}`}</td>
                    <td>${how}</td>
                    <td><code>${digest}</code></td>
                  </tr> `,
              )}
            </tbody>
          </table>`
    }
    <table>
      <caption>
        Processes that worked on the run
      </caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">By</th>
          <th scope="col">Command</th>
          <th scope="col">Ended</th>
        </tr>
      </thead>
      <tbody>
        ${sessions.map(
          ({ kind, by, pid, beganAt, endedAt, end }) =>
            markup`<tr>
              <td class="when">${moment(beganAt)}</td>
              <td class="when">${moment(endedAt)}</td>
              <td>${by}, process ${pid}</td>
              <th scope="row">${sessionKinds[kind]}</th>
              <td>${sessionEnds[end]}</td>
            </tr> `,
        )}
      </tbody>
    </table>`;
}

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CoverageData, CoveredFileData, ExtentData } from '../../src/report/page/coverage-data.ts';
import { TableBox } from './parts.tsx';
import { testLink } from './route.ts';
import { usePart } from './use-part.ts';
import { grouped } from './words.ts';

/** Which code under test ran: by folder and file, then what single tests alone cover. */
export function CoveragePage(): JSX.Element {
  const data = usePart<CoverageData>('coverage', {});
  useEffect(() => {
    document.title = 'coverage · Espalier';
  });
  if (data === undefined) return <main class="coverage" aria-busy="true" />;
  if (typeof data === 'string') return <main class="coverage nothing">{data}</main>;
  return (
    <main class="coverage">
      <h1>Coverage</h1>
      <p class="note">
        Code that ran in {grouped(data.attempts)} labs. A line counts if any of its code ran; starting the kernel counts
        as well.
      </p>
      <Folders data={data} />
      <Only only={data.only} />
      {data.lost.length > 0 && <Lost lost={data.lost} />}
    </main>
  );
}

function Folders({ data: { folders, files } }: { readonly data: CoverageData }): JSX.Element {
  return (
    <TableBox label="Folders and files">
      <thead>
        <tr>
          <th scope="col">folder, file</th>
          <th scope="col" class="number">
            lines
          </th>
          <th scope="col" class="number">
            covered
          </th>
          <th scope="col" class="number">
            %
          </th>
          <th scope="col" class="number">
            functions
          </th>
          <th scope="col">functions never reached, lines never run</th>
        </tr>
      </thead>
      {folders.map((folder) => (
        <FolderRows key={folder.name} folder={folder} files={files.filter((file) => file.folder === folder.name)} />
      ))}
    </TableBox>
  );
}

interface FolderProps {
  readonly folder: ExtentData;
  readonly files: readonly CoveredFileData[];
}

function FolderRows({ folder, files }: FolderProps): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <tbody>
      <tr>
        <th scope="row">
          <button type="button" class="toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {folder.name}
          </button>
        </th>
        <Numbers of={folder} />
        <td>{grouped(folder.unreached)} never reached</td>
      </tr>
      {open && files.map((file) => <FileRow key={file.name} file={file} />)}
    </tbody>
  );
}

function FileRow({ file }: { readonly file: CoveredFileData }): JSX.Element {
  return (
    <tr>
      <td class="test-cell">
        <bdi>{file.name}</bdi>
      </td>
      <Numbers of={file} />
      <td class="why">
        {file.missed !== '' && (
          <details>
            <summary>{grouped(file.unreached)} never reached</summary>
            <Functions of={file.neverReached} />
            <p>lines {file.missed.replaceAll(',', ', ')}</p>
          </details>
        )}
      </td>
    </tr>
  );
}

function Numbers({ of }: { readonly of: ExtentData }): JSX.Element {
  return (
    <>
      <td class="number">{grouped(of.lines)}</td>
      <td class="number">{grouped(of.covered)}</td>
      <td class="number">{of.percent}</td>
      <td class="number">{grouped(of.functions)}</td>
    </>
  );
}

function Functions({ of }: { readonly of: CoveredFileData['neverReached'] }): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <ul>
      {of.map(([name, line]) => (
        <li key={`${line} ${name}`}>
          {name} <span class="note">line {line}</span>
        </li>
      ))}
    </ul>
  );
}

/** So many tests are shown at first. */
const firstShown = 100;

function Only({ only }: Pick<CoverageData, 'only'>): JSX.Element {
  const [all, setAll] = useState(false);
  const shown = all ? only : only.slice(0, firstShown);
  return (
    <>
      <h2>
        Lines that one test alone covers <span class="note">{grouped(only.length)} tests</span>
      </h2>
      {only.length === 0 ? (
        <p class="note">There are none.</p>
      ) : (
        <TableBox label="Lines that one test alone covers">
          <tbody>
            {shown.map((test) => (
              <tr key={`${test.suite}:${test.name}`}>
                <td class="test-cell">
                  <a href={testLink(test)}>
                    <bdi>{`${test.suite}:${test.name}`}</bdi>
                  </a>
                </td>
                <td class="number">{grouped(test.count)}</td>
                <td class="why">{test.files.map(({ source, lines }) => `${source}:${lines}`).join('; ')}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
      {shown.length < only.length && (
        <button type="button" class="toggle" onClick={() => setAll(true)}>
          all {grouped(only.length)}
        </button>
      )}
    </>
  );
}

function Lost({ lost }: Pick<CoverageData, 'lost'>): JSX.Element {
  return (
    <>
      <h2>
        Labs without counters <span class="note">{grouped(lost.length)}</span>
      </h2>
      <ul>
        {lost.map(([test, why]) => (
          <li>
            <bdi>{test}</bdi> <span class="note">{why}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

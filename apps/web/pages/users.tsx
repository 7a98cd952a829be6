import { useState, type ReactNode } from 'react';
import { useAction, useMe } from '../api/use.js';
import { Confirm, Dialog, type Question } from '../ui/dialog.js';
import { Input, Select } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { plural } from '../ui/format.js';
import { Listing, type Item } from '../ui/listing.js';
import { ShownOnce } from '../ui/once.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago } from '../ui/time.js';

type User = Item<'GET /users'>;
type Role = User['role'];

const ROLES = [
  ['viewer', 'Viewer: sees everything'],
  ['operator', 'Operator: also runs, retries and replays'],
  ['admin', 'Admin: also connections, users and settings'],
] as const;

interface Secret {
  readonly title: string;
  readonly text: string;
  readonly secret: string;
}

/** Who may sign in, and as what. */
export function Users(): ReactNode {
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Secret>();
  return (
    <Page
      title="Users and roles"
      lead="A viewer sees, an operator also runs and mends, an admin also sets up."
      actions={
        <button type="button" data-tone="main" onClick={() => setAdding(true)}>
          Add a user
        </button>
      }
    >
      <Listing from="GET /users" ask={{}}>
        {(users) => <UserTable users={users} onSecret={setSecret} />}
      </Listing>
      {adding && <Adding onClose={() => setAdding(false)} onSecret={setSecret} />}
      {secret && <ShownOnce {...secret} onClose={() => setSecret(undefined)} />}
    </Page>
  );
}

function UserTable({
  users,
  onSecret,
}: {
  users: readonly User[];
  onSecret: (secret: Secret) => void;
}): ReactNode {
  const me = useMe();
  const { act, tell } = useAction();
  const [question, setQuestion] = useState<Question>();
  const changeRole = (user: User, role: Role): void =>
    setQuestion({
      title: `Make ${user.name} ${role}?`,
      text: <p>Every sign-in of {user.name} ends; the next one has the new role.</p>,
      verb: 'Change the role',
      act: () =>
        act('PATCH /users/{id}', { params: { id: user.id }, body: { role } }, `${user.name} is ${role} now.`),
    });
  const remove = (user: User): void =>
    setQuestion({
      title: `Remove ${user.name}?`,
      text: (
        <p>
          Sign-ins and tokens of {user.name} end at once. What {user.name} did stays in the audit log.
        </p>
      ),
      verb: 'Remove the user',
      tone: 'bad',
      type: user.name,
      act: () => act('DELETE /users/{id}', { params: { id: user.id } }, `${user.name} is removed.`),
    });
  const freshPassword = async (user: User): Promise<void> => {
    const { password } = await act('POST /users/{id}/password', { params: { id: user.id } });
    onSecret({
      title: `New password of ${user.name}`,
      text: 'Every sign-in with the old one has ended.',
      secret: password,
    });
  };
  return (
    <>
      <Table
        caption="Users"
        rows={users}
        keyOf={(user) => user.id}
        empty={<Empty title="No user">Add the first one.</Empty>}
        columns={[
          {
            head: 'Name',
            cell: (user) => (
              <span className="strong">
                {user.name}
                {user.name === me.name && <span className="quiet"> (you)</span>}
              </span>
            ),
          },
          {
            head: 'Role',
            cell: (user) => (
              <select
                aria-label={`Role of ${user.name}`}
                value={user.role}
                disabled={user.name === me.name}
                onChange={(event) => changeRole(user, event.target.value as Role)}
              >
                {ROLES.map(([role]) => (
                  <option key={role}>{role}</option>
                ))}
              </select>
            ),
          },
          { head: 'Second factor', cell: (user) => (user.secondFactor ? 'on' : 'off') },
          {
            head: 'Signed in',
            cell: (user) => (user.sessions === 0 ? 'no' : `in ${plural(user.sessions, 'browser')}`),
          },
          { head: 'Since', cell: (user) => <Ago at={user.createdAt} /> },
          {
            head: 'Do',
            cell: (user) =>
              user.name === me.name ? (
                '–'
              ) : (
                <div className="row">
                  <button
                    type="button"
                    data-size="small"
                    aria-label={`New password for ${user.name}`}
                    onClick={() => tell(freshPassword(user))}
                  >
                    New password
                  </button>
                  {user.secondFactor && (
                    <button
                      type="button"
                      data-size="small"
                      aria-label={`Lost factor of ${user.name}`}
                      onClick={() =>
                        tell(
                          act(
                            'DELETE /users/{id}/second-factor',
                            { params: { id: user.id } },
                            'The second factor is off.',
                          ),
                        )
                      }
                    >
                      Lost factor
                    </button>
                  )}
                  <button
                    type="button"
                    data-size="small"
                    aria-label={`Sign out ${user.name}`}
                    disabled={user.sessions === 0}
                    onClick={() =>
                      tell(
                        act(
                          'DELETE /users/{id}/sessions',
                          { params: { id: user.id } },
                          `${user.name} is signed out everywhere.`,
                        ),
                      )
                    }
                  >
                    Sign out
                  </button>
                  <button
                    type="button"
                    data-size="small"
                    data-tone="bad"
                    aria-label={`Remove ${user.name}`}
                    onClick={() => remove(user)}
                  >
                    Remove
                  </button>
                </div>
              ),
          },
        ]}
      />
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}

function Adding({
  onClose,
  onSecret,
}: {
  onClose: () => void;
  onSecret: (secret: Secret) => void;
}): ReactNode {
  const { act } = useAction();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  return (
    <Dialog title="Add a user" onClose={onClose}>
      <Form
        verb="Add the user"
        send={async () => {
          const made = await act('POST /users', { body: { name, role } });
          onClose();
          if (made.password !== null)
            onSecret({ title: `${made.name} is added`, text: 'The first password:', secret: made.password });
        }}
      >
        {(wrong) => (
          <>
            <Input
              label="Name"
              required
              autoComplete="off"
              value={name}
              wrong={wrong('name')}
              onChange={(e) => setName(e.target.value)}
            />
            <Select
              label="Role"
              value={role}
              options={ROLES}
              onChange={(e) => setRole(e.target.value as Role)}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}

"""A short program over the generated functions: what a user of the example project would write."""

import asyncio
import datetime
import os

import psycopg

from generated import account, audit_log, session, user
from generated.aio import user as aio_user
from generated.models import UserRole

DATABASE_URL = os.environ["DATABASE_URL"]


def sign_in(conn: psycopg.Connection) -> None:
    """Two queries in one transaction: both happen, or neither."""
    expires_at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    with conn.transaction():
        ada = user.get_user_by_email(conn, email="ADA@example.org")
        assert ada is not None
        session.create_session(conn, token="token-1", user_id=ada.id, expires_at=expires_at)
        audit_log.write_audit_log(conn, user_id=ada.id, action="sign-in", detail={"device": "laptop"})


def main() -> None:
    with psycopg.connect(DATABASE_URL, autocommit=True) as conn:
        ada = user.create_user(conn, email="ada@example.org", name="Ada", role=UserRole.ADMIN)
        bob = user.create_user(conn, email="bob@example.org", name="Bob", role=UserRole.MEMBER)
        print(f"create_user: {ada.name} is {ada.role.value}, {bob.name} is {bob.role.value}")

        sign_in(conn)
        found = session.get_session(conn, token="token-1")
        assert found is not None
        print(f"get_session: {found.s.token} belongs to {found.u.name}, until {found.s.expires_at:%Y-%m-%d}")

        account.link_account(conn, user_id=ada.id, provider="github", provider_account_id="42")
        for row in session.list_user_sign_ins(conn, user_id=ada.id):
            assert row.u.id == ada.id and row.s is not None and row.a is not None
            print(f"list_user_sign_ins: {row.u.name}, session {row.s.token}, account {row.a.provider}")
        for row in session.list_user_sign_ins(conn, user_id=bob.id):
            print(f"list_user_sign_ins: {row.u.name}, session {row.s}, account {row.a}")

        changed = user.update_user(conn, id=bob.id, name="Robert", settings={"theme": "dark"})
        assert changed is not None
        print(f"update_user: now {changed.name}, settings {changed.settings}")

        for count in user.count_users_by_role(conn):
            print(f"count_users_by_role: {count.role.value} {count.users}")
        for entry in audit_log.list_audit_log(conn, limit=10):
            print(f"list_audit_log: {entry.action} by {entry.user_name}, {entry.detail}")

        deactivated = user.deactivate_users(conn, ids=[bob.id])
        print(f"deactivate_users: {deactivated} row")
        print(f"list_active_users: {[one.email for one in user.list_active_users(conn)]}")
        user.delete_user(conn, id=bob.id)
        print(f"count_users: {user.count_users(conn)}")
    asyncio.run(count_again())


async def count_again() -> None:
    async with await psycopg.AsyncConnection.connect(DATABASE_URL) as conn:
        print(f"aio.user.count_users: {await aio_user.count_users(conn)}")


if __name__ == "__main__":
    main()

"""Green threads that share a few connections, whose calls run on threads. Argument: a file for the database."""
import sqlite3
import sys

import eventlet
from eventlet import db_pool


def insert(pool, word):
    with pool.item() as connection:
        connection.cursor().execute("insert into words values (?)", (word,))
        connection.commit()


def run(pool):
    with pool.item() as connection:
        connection.cursor().execute("create table words (word varchar)")
        connection.commit()
    pile = eventlet.GreenPile(10)
    for word in ["pear", "fig", "apple", "plum"]:
        pile.spawn(insert, pool, word)
    for _ in pile:
        pass
    with pool.item() as connection:
        cursor = connection.cursor()
        cursor.execute("select word from words order by word")
        for (word,) in cursor.fetchall():
            print(word)
    print("of 2 connections", pool.free(), "are free")
    pool.clear()


if __name__ == "__main__":
    run(db_pool.ConnectionPool(sqlite3, max_size=2, database=sys.argv[1], check_same_thread=False))

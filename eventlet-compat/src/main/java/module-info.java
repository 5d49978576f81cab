/** The eventlet and gevent dialects on one hub. */
module io.greenloop.eventlet {
  requires static kotlin.stdlib;
  requires transitive io.greenloop.runtime;
  requires transitive io.greenloop.greenlet;
  requires static transitive java.sql; // for DbPool
  requires static jdk.jshell; // for Backdoor
  requires static transitive org.jspecify;

  exports io.greenloop.eventlet;
  exports io.greenloop.gevent;
}

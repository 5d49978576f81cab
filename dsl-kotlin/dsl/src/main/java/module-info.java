/** The Kotlin DSL of the loop. */
module io.greenloop.kotlin {
  requires static io.greenloop.greenlet;
  requires transitive io.greenloop.runtime;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;
  requires static io.greenloop.testing;

  exports io.greenloop.kotlin;
  exports io.greenloop.kotlin.script;
  exports io.greenloop.kotlin.testing;
}

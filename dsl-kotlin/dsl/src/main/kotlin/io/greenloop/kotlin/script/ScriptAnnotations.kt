package io.greenloop.kotlin.script

/**
 * Puts libraries on the class path of a script: `@file:DependsOn("org.jsoup:jsoup:1.24.1")`.
 *
 * A library that lies in the local Maven repository is taken from there without asking a server.
 *
 * @property artifacts Maven coordinates `group:artifact[:extension[:classifier]]:version`, each with
 *   all it needs, or the path of a jar or class folder relative to the script
 */
@Target(AnnotationTarget.FILE)
@Repeatable
@Retention(AnnotationRetention.SOURCE)
public annotation class DependsOn(
  vararg val artifacts: String,
)

/**
 * Names further Maven repositories for [DependsOn], asked after Maven Central in the order given.
 *
 * @property urls `https:` or `file:` addresses
 */
@Target(AnnotationTarget.FILE)
@Repeatable
@Retention(AnnotationRetention.SOURCE)
public annotation class Repository(
  vararg val urls: String,
)

/**
 * Makes the declarations of other scripts visible and runs their top-level code first, once each.
 *
 * @property paths `*.loop.kts` files, relative to the importing script
 */
@Target(AnnotationTarget.FILE)
@Repeatable
@Retention(AnnotationRetention.SOURCE)
public annotation class Import(
  vararg val paths: String,
)

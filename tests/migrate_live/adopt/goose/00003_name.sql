-- +goose Up
ALTER TABLE account ADD name text;
